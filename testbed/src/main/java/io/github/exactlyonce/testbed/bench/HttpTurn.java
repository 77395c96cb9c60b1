package io.github.exactlyonce.testbed.bench;

import io.github.exactlyonce.testbed.bench.http.HttpOrders;

/** Orders over HTTP: what the client saw, and what became of them. */
record HttpTurn(Turn turn, HttpOrders.Run run) {}
