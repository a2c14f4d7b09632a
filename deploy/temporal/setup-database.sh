#!/bin/sh
# Makes or updates the tables of the Temporal server; safe to run at every start.
set -eu

tables() {
  database="$1"
  folder="$2"
  temporal-sql-tool --plugin postgres12 --ep "$POSTGRES_SEEDS" -p "$DB_PORT" -u "$POSTGRES_USER" --db "$database" create
  temporal-sql-tool --plugin postgres12 --ep "$POSTGRES_SEEDS" -p "$DB_PORT" -u "$POSTGRES_USER" --db "$database" setup-schema -v 0.0
  temporal-sql-tool --plugin postgres12 --ep "$POSTGRES_SEEDS" -p "$DB_PORT" -u "$POSTGRES_USER" --db "$database" \
    update-schema -d "/etc/temporal/schema/postgresql/v12/$folder/versioned"
}

tables temporal temporal
tables temporal_visibility visibility
