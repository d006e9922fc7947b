/// Off-heap memory: raw access, and the pools that queries reserve from.
@NullMarked
package io.bauplan.exec.memory;

import org.jspecify.annotations.NullMarked;
