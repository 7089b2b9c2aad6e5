{{ of_todays_training('served_models', split='full') }}
