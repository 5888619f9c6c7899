"""FHIR R4: a signed follow-up as one transaction Bundle, our forms as Questionnaires. Plain dicts, no dependency."""
