"""How a name, phone, e-mail or address is shown to somebody who may not see it whole."""

from __future__ import annotations

import re

HIDDEN = "***"


def mask_name(text: str) -> str:
    """Keep the first and the last letter: 仲孙妮 is 仲*妮, 仲妮 is 仲*."""
    if len(text) <= 2:
        return f"{text[:1]}*" if text else ""
    return f"{text[0]}{'*' * (len(text) - 2 if len(text) <= 4 else 3)}{text[-1]}"


def mask_phone(text: str) -> str:
    """Keep three digits in front and four behind: 18612341402 is 186****1402; a short number goes whole."""
    digits = re.sub(r"\D", "", text)
    if not digits:
        return ""
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 9 else "****"


def mask_email(text: str) -> str:
    """Keep the first letter and the domain: zhong@example.com is z***@example.com."""
    if not text:
        return ""
    local, _at, domain = text.partition("@")
    return f"{local[:1]}***@{domain}" if domain else HIDDEN


def mask_whole(text: str) -> str:
    """Keep nothing, not even the length."""
    return HIDDEN if text else ""


MASKS = {"name": mask_name, "phone": mask_phone, "email": mask_email, "whole": mask_whole}
