"""Reads a question as JSON, answers it with PyJWT. See ../../question.ts."""
import json
import sys
from base64 import urlsafe_b64decode

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from verify_access_token import verify_access_token

question = json.load(sys.stdin)
secret = urlsafe_b64decode(question["secret"] + "=")
remote_keys = {
    alg: jwt.PyJWKClient(f"{question['jwksBase']}/{alg}/jwks.json")
    for alg in question["algorithms"]
}

MAKE_KEY = {
    "RS256": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "PS256": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": lambda: ed25519.Ed25519PrivateKey.generate(),
    "HS256": lambda: secret,
}


class SharedSecret:
    """For HS256: a secret both sides were given, where the others have a key set."""

    key = secret

    def get_signing_key_from_jwt(self, _token):
        return self


def judge(case):
    keys = SharedSecret() if case["alg"] == "HS256" else remote_keys[case["alg"]]
    try:
        verify_access_token(
            case["token"],
            keys,
            issuer=question["issuer"],
            audience=question["audience"],
            algorithm=case["alg"],
        )
    except jwt.PyJWTError as error:
        return type(error).__name__
    return "accepted"


own_keys = {alg: MAKE_KEY[alg]() for alg in question["algorithms"]}


def sign(order):
    is_unsigned = order["header"]["alg"] == "none"
    return jwt.encode(
        order["claims"],
        None if is_unsigned else own_keys[order["alg"]],
        algorithm=order["header"]["alg"],
        headers={"kid": order["alg"], "typ": order["header"]["typ"]},
    )


def to_pem(key):
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


json.dump(
    {
        "verdicts": {case["id"]: judge(case) for case in question["tokens"]},
        "tokens": {order["id"]: sign(order) for order in question["orders"]},
        "publicPems": {alg: to_pem(key) for alg, key in own_keys.items() if alg != "HS256"},
    },
    sys.stdout,
)
