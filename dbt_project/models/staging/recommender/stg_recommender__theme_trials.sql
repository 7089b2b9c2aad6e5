{{ of_todays_training('theme_trials', split='full') }}
