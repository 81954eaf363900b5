"""Workflows that show, between them, what the engine can do; the playground offers them when it is given no others."""

from playground.examples.agent import tool_agent
from playground.examples.articles import article_pipeline
from playground.examples.etl import page_extract
from playground.examples.expenses import expense_approval
from playground.examples.orders import order_fulfilment
from playground.examples.reminders import invoice_reminders
from playground.examples.review import text_review
from playground.examples.trip import trip_booking
from playground.examples.weather import weather_planner

__all__ = [
    "article_pipeline",
    "expense_approval",
    "invoice_reminders",
    "order_fulfilment",
    "page_extract",
    "text_review",
    "tool_agent",
    "trip_booking",
    "weather_planner",
]
