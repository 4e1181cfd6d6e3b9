"""The six chapters of the plan and their rows, in its order: names in both languages, what each shows and needs."""

from salesyear.web.chapters.actions import ACTIONS
from salesyear.web.chapters.market import MARKET
from salesyear.web.chapters.parts import FACTS, PAGES, Chapter, Row
from salesyear.web.chapters.performance import PERFORMANCE
from salesyear.web.chapters.resources import RESOURCES
from salesyear.web.chapters.strategy import STRATEGY
from salesyear.web.chapters.targets import TARGETS

CHAPTERS = (TARGETS, MARKET, STRATEGY, ACTIONS, RESOURCES, PERFORMANCE)
BY_SLUG = {chapter.slug: chapter for chapter in CHAPTERS}

__all__ = ["BY_SLUG", "CHAPTERS", "FACTS", "PAGES", "Chapter", "Row"]
