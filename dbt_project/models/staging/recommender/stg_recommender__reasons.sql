{{ of_todays_training('reasons', split='full') }}
