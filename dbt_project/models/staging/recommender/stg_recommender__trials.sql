{{ of_todays_training('trials') }}
