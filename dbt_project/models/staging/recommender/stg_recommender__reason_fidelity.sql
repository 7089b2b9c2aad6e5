{{ of_todays_training('reason_fidelity', split='full') }}
