/// The one error model of the engine.
@NullMarked
package io.bauplan.sql.error;

import org.jspecify.annotations.NullMarked;
