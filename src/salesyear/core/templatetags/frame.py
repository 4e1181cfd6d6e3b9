"""What the frame of a page needs from the template language."""

from __future__ import annotations

from django import template
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.loader_tags import BLOCK_CONTEXT_KEY, BlockContext

register = template.Library()


class BlockAgain(template.Node):
    """Renders a block of the page a second time."""

    def __init__(self, name: str) -> None:
        self.name = name

    def render(self, context: Context) -> str:
        """Find the block as the page's own template filled it, and render that."""
        blocks: BlockContext = context.render_context[BLOCK_CONTEXT_KEY]
        return str(blocks.get_block(self.name).render(context))


@register.tag
def block_again(_parser: Parser, token: Token) -> BlockAgain:
    """`{% block_again title %}`: the title stands in the tab and above the page, and is written once."""
    return BlockAgain(token.split_contents()[1])
