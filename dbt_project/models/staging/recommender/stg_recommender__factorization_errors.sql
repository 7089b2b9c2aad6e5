{{ of_todays_training('factorization_errors') }}
