-- Each answer of each host as a line: 0 is the newest of its first port, 1 that of its second one,
-- 2 an older one of the first, which must not count.
CREATE OR REPLACE TABLE records AS
WITH listed AS (
    SELECT DISTINCT number, answer, catalogue.* EXCLUDE (model)
    FROM drawn JOIN catalogue USING (model)
    UNION ALL
    SELECT number, 0, 'own-' || number || ':latest', sha256(number::VARCHAR), 'llama', '8.0B',
        'Q8_0', 2
    FROM hosts WHERE own
), bodies AS (
    SELECT number, answer, bit_or(class) AS classes, list({
        'name': name, 'model': name, 'modified_at': modified, 'size': 4661224676,
        'digest': digest, 'details': {
            'parent_model': '', 'format': 'gguf', 'family': family, 'families': [family],
            'parameter_size': size, 'quantization_level': level}} ORDER BY name) AS models
    FROM listed JOIN (
        SELECT number, format('2026-0{}-{}T10:11:12.{:09}+08:00', 1 + number % 7,
            10 + minute % 20, minute) AS modified FROM hosts
    ) USING (number) GROUP BY number, answer
)
SELECT number, answer, classes, to_json({
    'address': CASE WHEN number < 1 << 17
        THEN format('198.{}.{}.{}', 18 + (number >> 16), number >> 8 & 255, number & 255)
        ELSE format('2001:db8::{:x}:{:x}', number >> 16, number & 65535) END,
    'port': CASE answer WHEN 1 THEN 8080 ELSE 11434 END,
    'country': country, 'city': country || ' city ' || network % 7,
    'as_organisation': organisation,
    'observed_at': strftime(TIMESTAMP '2026-08-11' + to_minutes(minute + 1440 * CASE
        WHEN answer = 2 THEN -1 WHEN kind = 'silent' THEN 0 ELSE 1 END), '%Y-%m-%dT%H:%M:%SZ'),
    'version': CASE kind WHEN 'old' THEN '0.1.32'
        ELSE format('0.{}.{}', 7 + number % 5, number % 4) END,
    'tags': CASE WHEN models IS NOT NULL THEN {'models': models} END})::VARCHAR AS line
FROM hosts JOIN (
    SELECT number, 0 AS answer FROM hosts UNION ALL SELECT number, 1 FROM hosts WHERE second
    UNION ALL SELECT number, 2 FROM hosts WHERE twice
) USING (number) LEFT JOIN bodies USING (number, answer) ORDER BY number, answer;
