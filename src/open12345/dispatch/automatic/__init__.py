"""What goes by itself, from which threshold, and when it stops by itself (管理熔断)."""
