/// CSV and JSON.
@NullMarked
package io.bauplan.exec.scan.text;

import org.jspecify.annotations.NullMarked;
