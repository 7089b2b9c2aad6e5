{{ of_todays_training('reconstruction_errors', split='full') }}
