{{ of_todays_training('recommendations') }}
