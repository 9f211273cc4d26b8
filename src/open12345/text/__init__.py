"""Chinese text: canonical form, masking of personal data, places, and keys for search and twins.

Pure functions over `str`; nothing here knows an order. Only the standard library.
"""

from .clean import normalise
from .grams import bare, bigrams, containment, fingerprint, similarity
from .home import mask_home
from .mask import Found, Masked, mask_address, mask_id, mask_name, mask_phone, mask_text
from .numbers import Number, Phone, find_ids, find_phones, phone_key, private_numbers
from .places import places
from .sentences import sentences

__all__ = [
    "Found",
    "Masked",
    "Number",
    "Phone",
    "bare",
    "bigrams",
    "containment",
    "find_ids",
    "find_phones",
    "fingerprint",
    "mask_address",
    "mask_home",
    "mask_id",
    "mask_name",
    "mask_phone",
    "mask_text",
    "normalise",
    "phone_key",
    "places",
    "private_numbers",
    "sentences",
    "similarity",
]
