\set s random(0, :stores - 1)
\set store :first_store + :s
\set base :first_product + :s * :products
\set r random(0, :products - 1)
\set p1 :base + :r
\set p2 :base + (:r + 7) % :products
\set p3 :base + (:r + 31) % :products
\set phone :phone_base + :s * 1000000 + random(0, :customers - 1)
\set b random(1, 4611686018427387904)
BEGIN;
INSERT INTO stores_requestkey (store_id, user_id, method, path, key, body_digest, made_id, status, created_at) VALUES (:store, :cashier, 'POST', '/api/v1/inventory/sales', :b::bigint::text, md5(:b::bigint::text), md5(:b::bigint::text)::uuid::text, 201, statement_timestamp()) ON CONFLICT ON CONSTRAINT request_key_once DO NOTHING;
SELECT id AS customer, number AS cnumber FROM customers_customer WHERE store_id = :store AND phone = '+91' || :phone::bigint::text FOR NO KEY UPDATE \gset
SELECT id, name, stock_policy, current_stock FROM billing_product WHERE store_id = :store AND id IN (:p1, :p2, :p3) ORDER BY id FOR NO KEY UPDATE;
SELECT id AS b1 FROM billing_batch WHERE product_id = :p1 AND remaining > 0 ORDER BY received_at, id LIMIT 1 FOR NO KEY UPDATE \gset
SELECT id AS b2 FROM billing_batch WHERE product_id = :p2 AND remaining > 0 ORDER BY received_at, id LIMIT 1 FOR NO KEY UPDATE \gset
SELECT id AS b3 FROM billing_batch WHERE product_id = :p3 AND remaining > 0 ORDER BY received_at, id LIMIT 1 FOR NO KEY UPDATE \gset
WITH taken AS (UPDATE billing_batch SET remaining = remaining - 1 WHERE id IN (:b1, :b2, :b3) RETURNING product_id) UPDATE billing_product SET current_stock = current_stock - 1 FROM taken WHERE billing_product.id = taken.product_id;
INSERT INTO billing_billline (id, store_id, bill_id, product_id, position, name, unit, quantity, price, subtotal, discount, rounding, total, cost, note) SELECT md5(:b::bigint::text || n)::uuid, :store, md5(:b::bigint::text)::uuid, p, n, 'Thing', 'pc', 1, 100, 100, 0, 0, 100, 80, '' FROM (VALUES (1, :p1::bigint), (2, :p2::bigint), (3, :p3::bigint)) AS line (n, p);
INSERT INTO billing_stockmovement (store_id, batch_id, product_id, quantity, reason, bill_line_id, note, by_id, at, created_at) SELECT :store, b, p, -1, 'sold', md5(:b::bigint::text || n)::uuid, '', :cashier, now(), now() FROM (VALUES (1, :p1::bigint, :b1::bigint), (2, :p2::bigint, :b2::bigint), (3, :p3::bigint, :b3::bigint)) AS line (n, p, b);
INSERT INTO billing_payment (store_id, bill_id, method, amount, tendered, reference, by_id, at, created_at) VALUES (:store, md5(:b::bigint::text)::uuid, 'cash', 300, 500, '', :cashier, now(), now());
UPDATE customers_customer SET total_purchases = total_purchases + 300, purchase_count = purchase_count + 1, last_purchase_at = now() WHERE id = :customer;
INSERT INTO stores_counter (store_id, name, value) VALUES (:store, 'bill 2627', 1) ON CONFLICT (store_id, name) DO UPDATE SET value = stores_counter.value + 1 RETURNING value AS sequence \gset
INSERT INTO billing_bill (id, store_id, number, year, sequence, at, day, created_at, cashier_id, customer_id, customer_number, customer_name, customer_phone, for_name, subtotal, discount, rounding, total, total_cost, change, reference_number) VALUES (md5(:b::bigint::text)::uuid, :store, 'BILL-2627-' || lpad(:sequence::bigint::text, 6, '0'), '2627', :sequence, now(), current_date, now(), :cashier, :customer, 'CUST', 'Name', '', '', 300, 0, 0, 300, 240, 200, '');
COMMIT;
