"""The lists of products and prices, of orders and their lines, of the papers that follow them."""

from salesyear.sales.registers.money import (
    CurrencyRegister,
    InvoiceRegister,
    RateRegister,
    ReceiptRegister,
    ReturnRegister,
)
from salesyear.sales.registers.orders import CreditRegister, OrderLineRegister, OrderRegister
from salesyear.sales.registers.products import LineRegister, PriceRegister, ProductRegister

__all__ = [
    "CreditRegister",
    "CurrencyRegister",
    "InvoiceRegister",
    "LineRegister",
    "OrderLineRegister",
    "OrderRegister",
    "PriceRegister",
    "ProductRegister",
    "RateRegister",
    "ReceiptRegister",
    "ReturnRegister",
]
