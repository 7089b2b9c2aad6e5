{{ of_todays_training('diversity_trials') }}
