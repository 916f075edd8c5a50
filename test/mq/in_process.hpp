#pragma once
#include <boost/asio/io_context.hpp>
#include <memory>

#include "ecron/mq/broker.hpp"

namespace ecron::mq {

/// A broker without a server: messages are delivered in this process and lost when it exits.
std::unique_ptr<Broker> make_in_process_broker(boost::asio::io_context& io);

}  // namespace ecron::mq
