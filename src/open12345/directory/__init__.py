"""The directory: unit and area trees, staff, roles and rights, versions of the policy pack."""
