/// Catalog objects on branches: views, functions, time travel, upkeep, system tables.
@NullMarked
package io.bauplan.tests.objects;

import org.jspecify.annotations.NullMarked;
