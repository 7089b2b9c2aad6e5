{{ of_todays_training('protocol_scores', split='full') }}
