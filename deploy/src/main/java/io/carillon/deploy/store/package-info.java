/** The embedded stores: real servers out of Maven artifacts, prepared here and run as processes of their own. */
@NullMarked
package io.carillon.deploy.store;

import org.jspecify.annotations.NullMarked;
