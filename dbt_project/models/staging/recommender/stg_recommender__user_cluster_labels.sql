{{ of_todays_training('user_cluster_labels', split='full') }}
