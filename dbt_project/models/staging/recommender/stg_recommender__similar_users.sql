{{ of_todays_training('similar_users', split='full') }}
