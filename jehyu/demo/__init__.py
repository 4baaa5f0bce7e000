"""The demo newsroom: invented outlets on loopback that look, to a spider, like the real ones."""

from jehyu.demo.newsroom import Newsroom
from jehyu.demo.stories import Story, load_stories

__all__ = ["Newsroom", "Story", "load_stories"]
