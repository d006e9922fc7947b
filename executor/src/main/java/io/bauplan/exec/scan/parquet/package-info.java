/// Reading and writing Parquet, by our own decoder and encoder.
@NullMarked
package io.bauplan.exec.scan.parquet;

import org.jspecify.annotations.NullMarked;
