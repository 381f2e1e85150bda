"""The portal: a Django project and the upload intake. Shares the protocol with upload/, not code."""
