{{ of_todays_training('theme_users', split='full') }}
