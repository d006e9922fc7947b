/// What operators exchange: batches of column vectors in Arrow's memory layout.
@NullMarked
package io.bauplan.exec.batch;

import org.jspecify.annotations.NullMarked;
