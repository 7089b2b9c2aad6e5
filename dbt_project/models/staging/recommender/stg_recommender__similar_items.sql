{{ of_todays_training('similar_items') }}
