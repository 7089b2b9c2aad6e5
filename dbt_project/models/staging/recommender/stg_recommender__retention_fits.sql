{{ of_todays_retention('retention_fits') }}
