import jwt

REQUIRED = ["iss", "sub", "aud", "exp", "iat", "jti", "client_id"]


def verify_access_token(token, keys, *, issuer, audience, algorithm):
    """Returns the claims, or raises jwt.PyJWTError. keys is a jwt.PyJWKClient."""
    if jwt.get_unverified_header(token).get("typ", "").lower() != "at+jwt":
        raise jwt.InvalidTokenError("not an access token")
    key = keys.get_signing_key_from_jwt(token).key
    claims = jwt.decode(
        token,
        key,
        algorithms=[algorithm],  # never from the token's header
        issuer=issuer,
        audience=audience,
        leeway=5,
        options={"require": REQUIRED},
    )
    if "cnf" in claims:
        raise jwt.InvalidTokenError("bound to a key, and no proof of it was asked for")
    return claims
