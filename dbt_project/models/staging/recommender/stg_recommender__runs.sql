{{ of_todays_training('runs') }}
