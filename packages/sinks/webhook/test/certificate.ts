/** A certificate that signs itself, for localhost and receiver.test, and its key: for tests, known to everybody. */
export const cert = `-----BEGIN CERTIFICATE-----
MIIBpDCCAUqgAwIBAgIUe9PfWYrrXya3kU8e5fJ1moYntmwwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNTA4NDQyMloYDzIxMjYxMTAx
MDg0NDIyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAR0XnobL3XA5tvhKqtYAz7p9OSpvy+6xUA540m66zdrMFOIemACzAs2
zw+OadZTHAgOReOG+UuqwOxvjrvNkWKdo3gwdjAdBgNVHQ4EFgQUvWZ1BuKVtNPa
vYTt82OfwOMx990wHwYDVR0jBBgwFoAUvWZ1BuKVtNPavYTt82OfwOMx990wDwYD
VR0TAQH/BAUwAwEB/zAjBgNVHREEHDAagglsb2NhbGhvc3SCDXJlY2VpdmVyLnRl
c3QwCgYIKoZIzj0EAwIDSAAwRQIgWs2RfnR9vT+ffX0rB17lRaQctSCSeVyyzO3b
CZln/PYCIQDc2Gy78S4oA6hKeOR4SPUJmwiZIifFf6GNTrXiICYLlQ==
-----END CERTIFICATE-----`

/** The key of the certificate. */
export const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNlnv7ZUHVLMh8acQ
/zqLLcd/5uOz21fYeCjL2xDR4KmhRANCAAR0XnobL3XA5tvhKqtYAz7p9OSpvy+6
xUA540m66zdrMFOIemACzAs2zw+OadZTHAgOReOG+UuqwOxvjrvNkWKd
-----END PRIVATE KEY-----`
