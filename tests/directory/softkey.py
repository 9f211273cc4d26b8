"""A security key in software: speaks WebAuthn as a browser and a key together would."""

import hashlib
import json
import secrets
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.cose import ES256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class SoftKey:
    """One key pair for one site."""

    def __init__(self, origin: str = "https://testserver") -> None:
        self.origin = origin
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.user = b""
        self.count = 0

    def create(self, options: dict[str, Any]) -> str:
        """Answer a registration; the options are those of the page."""
        wanted = options["publicKey"]
        self.user = unb64(wanted["user"]["id"])
        cose: Any = ES256
        public = cbor.encode(cose.from_cryptography_key(self.private.public_key()))
        data = self._data(wanted["rp"]["id"], PRESENT | VERIFIED | ATTESTED)
        data += bytes(16) + struct.pack(">H", len(self.id)) + self.id + public
        response = {
            "clientDataJSON": b64(self._client("webauthn.create", wanted["challenge"])),
            "attestationObject": b64(cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})),
        }
        return self._json(response, {"credProps": {"rk": True}})

    def get(self, options: dict[str, Any]) -> str:
        """Answer a sign-in challenge."""
        wanted = options["publicKey"]
        data = self._data(wanted["rpId"], PRESENT | VERIFIED)
        client = self._client("webauthn.get", wanted["challenge"])
        signed = data + hashlib.sha256(client).digest()
        response = {
            "clientDataJSON": b64(client),
            "authenticatorData": b64(data),
            "signature": b64(self.private.sign(signed, ec.ECDSA(SHA256()))),
            "userHandle": b64(self.user),
        }
        return self._json(response, {})

    def _data(self, site: str, flags: int) -> bytes:
        self.count += 1
        return hashlib.sha256(site.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _json(self, response: dict[str, str], extensions: dict[str, Any]) -> str:
        return json.dumps(
            {
                "type": "public-key",
                "id": b64(self.id),
                "rawId": b64(self.id),
                "response": response,
                "clientExtensionResults": extensions,
            }
        )
