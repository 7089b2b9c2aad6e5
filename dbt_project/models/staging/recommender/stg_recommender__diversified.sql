{{ of_todays_training('diversified') }}
