/// What reaches an object store, and what happens when it misbehaves.
@NullMarked
package io.bauplan.tests.s3;

import org.jspecify.annotations.NullMarked;
