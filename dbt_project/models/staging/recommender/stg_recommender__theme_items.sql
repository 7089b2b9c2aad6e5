{{ of_todays_training('theme_items', split='full') }}
