import Activity from '@lucide/svelte/icons/activity';
import Banknote from '@lucide/svelte/icons/banknote';
import CalendarDays from '@lucide/svelte/icons/calendar-days';
import ChefHat from '@lucide/svelte/icons/chef-hat';
import ClipboardList from '@lucide/svelte/icons/clipboard-list';
import Flag from '@lucide/svelte/icons/flag';
import Flame from '@lucide/svelte/icons/flame';
import Contact from '@lucide/svelte/icons/contact';
import LayoutDashboard from '@lucide/svelte/icons/layout-dashboard';
import ListChecks from '@lucide/svelte/icons/list-checks';
import Percent from '@lucide/svelte/icons/percent';
import ScrollText from '@lucide/svelte/icons/scroll-text';
import ShieldCheck from '@lucide/svelte/icons/shield-check';
import Store from '@lucide/svelte/icons/store';
import Trash from '@lucide/svelte/icons/trash-2';
import UserRoundPlus from '@lucide/svelte/icons/user-round-plus';
import UtensilsCrossed from '@lucide/svelte/icons/utensils-crossed';
import Users from '@lucide/svelte/icons/users';
import Tag from '@lucide/svelte/icons/tag';
import TicketPercent from '@lucide/svelte/icons/ticket-percent';
import type { NavItem } from './navigation.ts';

export const navIcons: Record<NavItem['icon'], typeof Flag> = {
	dashboard: LayoutDashboard,
	bookings: ClipboardList,
	calendar: CalendarDays,
	leads: UserRoundPlus,
	customers: Contact,
	chefs: ChefHat,
	stations: Store,
	menu: UtensilsCrossed,
	flags: Flag,
	users: Users,
	roles: ShieldCheck,
	audit: ScrollText,
	trash: Trash,
	payments: Banknote,
	events: Flame,
	jobs: ListChecks,
	tax: Percent,
	scaling: Activity,
	pricing: Tag,
	promo: TicketPercent
};
