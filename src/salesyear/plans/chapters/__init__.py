"""The six chapters of the plan and their rows, in its order: names in both languages, what each shows and needs."""

from salesyear.plans.chapters.actions import ACTIONS
from salesyear.plans.chapters.market import MARKET
from salesyear.plans.chapters.parts import FACTS, PAGES, Chapter, Row
from salesyear.plans.chapters.performance import PERFORMANCE
from salesyear.plans.chapters.resources import RESOURCES
from salesyear.plans.chapters.strategy import STRATEGY
from salesyear.plans.chapters.targets import TARGETS

CHAPTERS = (TARGETS, MARKET, STRATEGY, ACTIONS, RESOURCES, PERFORMANCE)
BY_SLUG = {chapter.slug: chapter for chapter in CHAPTERS}

__all__ = ["BY_SLUG", "CHAPTERS", "FACTS", "PAGES", "Chapter", "Row"]
