{{ of_todays_training('theme_figures', split='full') }}
