"""Addresses of the shop's work: the counter and its cart, receipts; goods and bills are listed beside."""

from django.urls import path

from billing.urls_shelves import urlpatterns as shelves
from billing.urls_tills import urlpatterns as tills
from billing.views import counter, lines, open_items, receipt

app_name = "billing"
urlpatterns = [
    path("counter/", counter.counter, name="counter"),
    path("counter/products/", counter.product_matches, name="cart-matches"),
    path("counter/add/", counter.cart_add, name="cart-add"),
    path("counter/upi/", counter.upi, name="counter-upi"),
    path("counter/unlisted/", open_items.open_item, name="open-item"),
    path("counter/lines/<int:pk>/quantity/", lines.line_quantity, name="line-quantity"),
    path("counter/lines/<int:pk>/price/", lines.line_price, name="line-price"),
    path("counter/lines/<int:pk>/allow/", lines.line_allow, name="line-allow"),
    path("counter/lines/<int:pk>/discount/", lines.line_discount, name="line-discount"),
    path("counter/lines/<int:pk>/packet/", lines.line_packet, name="line-packet"),
    path("counter/lines/<int:pk>/split/", lines.line_split, name="line-split"),
    path("counter/lines/<int:pk>/server/", lines.line_server, name="line-server"),
    path("counter/server/", lines.cart_server, name="cart-server"),
    path("counter/discount/", lines.cart_discount, name="cart-discount"),
    path("counter/lines/<int:pk>/remove/", lines.line_remove, name="line-remove"),
    path("counter/buyer/", counter.cart_buyer, name="cart-buyer"),
    path("counter/buyer/matches/", counter.buyer_matches, name="buyer-matches"),
    path("counter/buyer/clear/", counter.buyer_clear, name="buyer-clear"),
    path("counter/buyer/name/", counter.buyer_correct_name, name="buyer-correct-name"),
    path("counter/hold/", counter.cart_hold, name="cart-hold"),
    path("counter/carts/<uuid:pk>/", counter.cart_take_up, name="cart-take-up"),
    path("counter/drop/", counter.cart_drop, name="cart-drop"),
    path("counter/complete/", counter.cart_complete, name="cart-complete"),
    path("bills/<uuid:pk>/receipt/", receipt.receipt, name="receipt"),
    *tills,
    path("products/to-complete/", open_items.item_list, name="open-items"),
    path("products/<int:pk>/complete/", open_items.item_complete, name="item-complete"),
    path("products/<int:pk>/join/", open_items.item_join, name="item-join"),
    *shelves,
]
