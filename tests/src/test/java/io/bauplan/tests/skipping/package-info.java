/// What scans leave unread.
@NullMarked
package io.bauplan.tests.skipping;

import org.jspecify.annotations.NullMarked;
