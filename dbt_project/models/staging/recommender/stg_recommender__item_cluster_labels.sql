{{ of_todays_training('item_cluster_labels', split='full') }}
