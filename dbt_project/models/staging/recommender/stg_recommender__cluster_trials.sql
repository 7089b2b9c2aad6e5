{{ of_todays_training('cluster_trials', split='full') }}
